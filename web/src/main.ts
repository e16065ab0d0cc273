import './fonts.css';
import './style.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { i18n } from './language';
import { router } from './router';

createApp(App).use(createPinia()).use(router).use(i18n).mount('#app');
// The page is there: early.js need not load it again.
dispatchEvent(new Event('slipway:mounted'));
