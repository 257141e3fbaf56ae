// Tells which ads came before somebody's eyes: half of one for a second, each once.
"use strict";

const HALF = 0.5;
const LONG_ENOUGH_MS = 1000;
const TOGETHER_MS = 500;
const seen = [];
const watching = new Map();
let telling = 0;

function tell() {
  telling = 0;
  const tokens = seen.splice(0);
  if (!tokens.length) return;
  fetch("/api/v1/ads/impressions", {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ tokens }),
  }).catch(() => {});
}

if ("IntersectionObserver" in window) {
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      clearTimeout(watching.get(target));
      if (!isIntersecting) continue;
      watching.set(target, setTimeout(() => {
        observer.unobserve(target);
        seen.push(target.dataset.ad);
        telling ||= setTimeout(tell, TOGETHER_MS);
      }, LONG_ENOUGH_MS));
    }
  }, { threshold: HALF });
  for (const ad of document.querySelectorAll("[data-ad]")) observer.observe(ad);
  addEventListener("pagehide", tell);
}
