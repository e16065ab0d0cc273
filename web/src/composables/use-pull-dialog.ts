import { ref } from 'vue';

const isOpen = ref(false);
/** A pull that goes on already, which the dialog is to show. */
const joined = ref('');

/** The "Pull an image" dialog, which can be opened from anywhere. */
export function usePullDialog() {
  function open(): void {
    joined.value = '';
    isOpen.value = true;
  }
  function join(reference: string): void {
    joined.value = reference;
    isOpen.value = true;
  }
  return { isOpen, joined, open, join };
}
