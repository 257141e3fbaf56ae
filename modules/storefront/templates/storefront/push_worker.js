// Shows what our server says when no page of ours is open, and leads to the order it is about.
"use strict";

// The next version need not wait until every page is closed: none depends on this one.
self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const { id, title, body, url } = read(event.data);
  // Browsers take the permission away from whoever is sent something and shows nothing.
  event.waitUntil(self.registration.showNotification(title, { body, tag: id, data: { url } }));
});

function read(data) {
  try {
    const said = data.json();
    // Whatever it says, it leads to a page of this site.
    const url = new URL(self.location.origin);
    url.pathname = new URL(said.url).pathname;
    return { ...said, url: url.href };
  } catch {
    return { id: "news", title: "Tiffin", body: "There is news of your order.", url: `${self.location.origin}/orders/` };
  }
}

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(lead(event.notification.data.url));
});

async function lead(url) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find((page) => page.url.split("?")[0] === url);
  return there ? there.focus() : self.clients.openWindow(url);
}
