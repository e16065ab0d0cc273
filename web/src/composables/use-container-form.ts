import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue';
import { checkContainer, planEdit, requestOf, type Change, type Finding, type Wanted } from '@/client/container-edit';
import type { ContainerCreateRequest } from '@/client/containers';
import { linesOf, type FormValues } from '@/model/container-form/field';
import { checkValues, toBody, toValues } from '@/model/container-form/form';

/** How long nobody types before the daemon is asked; milliseconds. */
const PAUSE = 350;

/** The form of a container: what is typed, what is wrong with it, what on this host stands in its way and what an edit would change. */
export function useContainerForm(edited: () => string | undefined) {
  const values = ref<FormValues>(toValues('', {}));
  const base = shallowRef<ContainerCreateRequest>({});
  const findings = shallowRef<Finding[]>([]);
  const changes = shallowRef<Change[]>([]);
  const touched = ref(false);
  const errors = computed(() => checkValues(values.value));
  const wanted = computed<Wanted>(() => ({ name: values.value['name'] ?? '', body: toBody(values.value, base.value) }));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;

  /** Fills the form with what a container was asked to be. */
  async function load(id: string, name?: string): Promise<void> {
    const request = await requestOf(id);
    base.value = request.body;
    values.value = toValues(name ?? request.name, request.body);
  }

  async function ask(): Promise<void> {
    if (Object.keys(errors.value).length > 0) return;
    const mine = ++round;
    const id = edited();
    try {
      const [{ findings: found }, plan] = await Promise.all([
        checkContainer(wanted.value, id),
        id ? planEdit(id, wanted.value) : { changes: [] },
      ]);
      if (mine !== round) return;
      findings.value = found;
      changes.value = plan.changes;
    } catch {
      // What it said last stands; the daemon says the same again when the form is sent.
    }
  }

  /** Puts in what would do instead of what stands in the way. */
  function take({ field, suggestion, message }: Finding): void {
    if (!suggestion) return;
    if (field === 'name') values.value = { ...values.value, name: suggestion };
    const [, taken] = /^port (\d+)\//.exec(message) ?? [];
    if (field !== 'ports' || !taken) return;
    const lines = linesOf(values.value['publish'] ?? '').map((line) => line.replace(new RegExp(`(^|:)${taken}:`), `$1${suggestion}:`));
    values.value = { ...values.value, publish: lines.join('\n') };
  }

  watch(values, () => {
    touched.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), PAUSE);
  });
  onScopeDispose(() => clearTimeout(timer));

  return { values, base, errors, findings, changes, wanted, load, take };
}
