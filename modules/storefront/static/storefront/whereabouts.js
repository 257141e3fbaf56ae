// Where the browser is: fills in the search on the start page, and reports a courier on the road.
"use strict";

for (const control of document.querySelectorAll("[data-submits]")) {
  control.addEventListener("change", () => control.form.submit());
}

const locate = document.querySelector("[data-locate]");
if (locate && navigator.geolocation && window.isSecureContext) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    locate.disabled = true;
    locate.textContent = "Looking …";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const query = new URLSearchParams(new FormData(locate.form));
        query.delete("area");
        query.set("lat", coords.latitude.toFixed(5));
        query.set("lon", coords.longitude.toFixed(5));
        location.search = query;
      },
      () => { locate.textContent = "Your browser does not say where you are"; },
      { timeout: 10000 },
    );
  });
}

const report = document.querySelector("[data-report]");
if (report && navigator.geolocation && window.isSecureContext) {
  const EVERY_MS = 10000;
  let last = 0;
  navigator.geolocation.watchPosition(({ coords }) => {
    if (Date.now() - last < EVERY_MS) return;
    last = Date.now();
    const body = new FormData(report);
    body.set("lat", coords.latitude);
    body.set("lon", coords.longitude);
    fetch(report.action, { method: "POST", body, headers: { "X-Fragment": "1" } }).catch(() => {});
  }, () => {});
}
