import { config } from '@vue/test-utils';
import { i18n } from './language';

// Components that a test mounts speak as they do on the page.
config.global.plugins.push(i18n);
