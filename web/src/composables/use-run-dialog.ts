import { ref } from 'vue';

const isOpen = ref(false);
const image = ref('');

/** The "Run a container" dialog, which can be opened from anywhere. */
export function useRunDialog() {
  function open(ofImage = ''): void {
    image.value = ofImage;
    isOpen.value = true;
  }
  return { isOpen, image, open };
}
