// The service worker of the page `/v`: the page and what it loads are kept, so that it opens without a network. Everything
// else goes its own way; keys, templates and lists are kept by the page itself.
const KEPT = 'piagam-v-@@VERSION@@';
const FILES = @@FILES@@;

addEventListener('install', (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: 'reload' }));
  event.waitUntil(caches.open(KEPT).then((shelf) => shelf.addAll(fresh)).then(() => skipWaiting()));
});

addEventListener('activate', (event) => {
  const old = (name) => name.startsWith('piagam-v-') && name !== KEPT;
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name)))).then(() => clients.claim()));
});

addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  const page = ['/v', '/v/', '/v/index.html'].includes(url.pathname) && !url.searchParams.has('kode');
  const path = page ? '/v/' : url.pathname;
  if (event.request.method !== 'GET' || url.origin !== location.origin || !FILES.includes(path)) return;
  event.respondWith(caches.match(path, { cacheName: KEPT }).then((kept) => kept || fetch(event.request)));
});
