import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { ApiError } from '@/client/errors';
import { setRequestToken } from '@/client/http';
import { inspectSession, inspectSetup, type Session } from '@/client/session';

/** Who is signed in. */
export const useSession = defineStore('session', () => {
  const session = ref<Session>();
  /** True while the daemon has no admin yet; undefined before it was asked. */
  const setupNeeded = ref<boolean>();
  /** What the OpenID provider is called, where there is one to sign in at. */
  const oidc = ref<string>();
  /** The version that the daemon had when the page was loaded. */
  const version = ref('');

  function enter(value: Session): void {
    session.value = value;
    version.value ||= value.version;
    setupNeeded.value = false;
    setRequestToken(value.token);
  }

  function leave(): void {
    session.value = undefined;
    setRequestToken('');
  }

  /** Asks the daemon, once; answers whether somebody is signed in. */
  async function resume(): Promise<boolean> {
    if (session.value) return true;
    try {
      enter(await inspectSession());
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const setup = await inspectSetup();
      setupNeeded.value = setup.needed;
      oidc.value = setup.oidc;
      return false;
    }
  }

  return { session, setupNeeded, oidc, version, token: computed(() => session.value?.token ?? ''), enter, leave, resume };
});
