// Runs before the page's own scripts.

// Before the first paint, so that the page never flashes in the other theme.
(function () {
  const choice = localStorage.getItem('slipway.theme');
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();

// A browser on the host itself gives up what it loads when a container's link comes or goes: then the page is loaded once more.
(function () {
  const MOST = 5;
  const KEY = 'slipway.reloads';
  function loadAgain(event) {
    if (!(event.target instanceof HTMLScriptElement)) return;
    const before = Number(sessionStorage.getItem(KEY));
    sessionStorage.setItem(KEY, String(before + 1));
    if (before < MOST) setTimeout(() => location.reload(), 200 * (before + 1));
  }
  addEventListener('error', loadAgain, true);
  addEventListener('slipway:mounted', function () {
    removeEventListener('error', loadAgain, true);
    sessionStorage.removeItem(KEY);
  });
})();
