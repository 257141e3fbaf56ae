// The basket of one restaurant: kept in this browser, priced by the server.
"use strict";

const page = document.querySelector("[data-restaurant]");
const menu = JSON.parse(document.getElementById("menu-data").textContent);
const gone = new Set(menu.unavailable);
const place = `tiffin.basket.${page.dataset.restaurant}`;
const find = (name) => page.querySelector(`[data-${name}]`);
const money = new Intl.NumberFormat(menu.language, { style: "currency", currency: menu.currency });
const units = 10 ** money.resolvedOptions().maximumFractionDigits;
const amount = (minor) => money.format(minor / units);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, attributes);
  made.append(...children);
  return made;
}

// --- the basket -----------------------------------------------------------------------------------------------

let basket = [];
// Somebody wants the same as last time.
const again = document.getElementById("again-data");
if (again) {
  localStorage.setItem(place, again.textContent);
  history.replaceState(null, "", location.pathname);
}
try {
  const kept = JSON.parse(localStorage.getItem(place) || "[]");
  basket = kept.filter((line) => menu.items[line.item_id] && !gone.has(line.item_id));
} catch { /* a damaged basket is an empty one */ }

function save() {
  localStorage.setItem(place, JSON.stringify(basket));
}

function keep() {
  save();
  draw();
}

function optionsOf(groups, choices) {
  return (choices || []).flatMap((choice) => {
    const group = groups.find((each) => each.id === choice.group_id);
    const option = group && group.options.find((each) => each.id === choice.option_id);
    if (!option) return [];
    const count = choice.quantity > 1 ? `${choice.quantity} × ` : "";
    return [count + option.title, ...optionsOf(option.groups, choice.choices)];
  });
}

// Those who order together say whom a dish is for. It costs the same: nothing is drawn or priced anew.
function labels(line, item) {
  const field = (name, caption, longest) => element("label", {}, caption, element("input", {
    value: line[name] || "", maxLength: longest, autocomplete: "off", ariaLabel: `${caption}: ${item.title}`,
    onchange: (event) => { line[name] = event.target.value.trim(); save(); },
  }));
  return element("details", { open: Boolean(line.for_person || line.note) },
    element("summary", { className: "quiet", textContent: "For whom, and a note" }),
    field("for_person", "For whom", 40), field("note", "Note to the kitchen", 140));
}

function draw() {
  const lines = find("basket-lines");
  lines.replaceChildren(...basket.map((line, index) => {
    const item = menu.items[line.item_id];
    const options = optionsOf(item.groups, line.choices).join(", ");
    const change = (by, label, sign) => element("button", {
      type: "button", className: "plain", textContent: sign, ariaLabel: `${label} ${item.title}`,
      onclick: () => {
        line.quantity += by;
        if (line.quantity < 1) basket.splice(index, 1);
        keep();
      },
    });
    return element("li", {},
      element("div", {}, item.title, element("span", { className: "quiet options", textContent: options }), labels(line, item)),
      element("div", { className: "stepper" },
        change(-1, "One less", "−"), element("span", { textContent: line.quantity }), change(1, "One more", "+")));
  }));
  const dishes = basket.reduce((sum, line) => sum + line.quantity, 0);
  find("to-basket").hidden = dishes === 0;
  find("to-basket").textContent = `Your basket, ${dishes} ${dishes === 1 ? "dish" : "dishes"}`;
  find("basket-empty").hidden = basket.length > 0;
  find("basket-checkout").hidden = true;
  if (basket.length === 0) find("basket-price").replaceChildren();
  else price();
}

// What may be had at another time, or by fetching it: the checkout asks how and when.
const OTHERWISE = new Set([
  "restaurant_closed", "restaurant_paused", "basket_item_unavailable", "address_outside_zone",
]);
let asked = 0;
async function price() {
  const number = ++asked;
  const body = new FormData(find("token"));
  body.set("basket", JSON.stringify(basket));
  const shown = find("basket-price");
  try {
    const answer = await fetch(page.dataset.priceUrl, { method: "POST", body, headers: { "X-Fragment": "1" } });
    const html = await answer.text();
    if (number !== asked) return;
    shown.innerHTML = answer.ok ? html : "<p class='notice error'>The price cannot be had just now. Try again in a moment.</p>";
    const refusal = shown.querySelector("[data-refusal]")?.dataset.refusal;
    find("basket-checkout").hidden = !answer.ok || (refusal !== undefined && !OTHERWISE.has(refusal));
  } catch {
    if (number === asked) shown.innerHTML = "<p class='notice error'>You seem to be offline.</p>";
  }
}

// --- choosing options -----------------------------------------------------------------------------------------

const dialog = find("dialog");
let chosen = null; // { item, state } while the dialog is open; state: group id → option id → { quantity, below }

function hint(group) {
  const { min, max, free } = group;
  let words = "optional";
  if (min && min === max) words = `choose ${min}`;
  else if (min && max) words = `choose ${min} to ${max}`;
  else if (min) words = `choose at least ${min}`;
  else if (max > 1) words = `up to ${max}`;
  return free ? `${words}, the first ${free === 1 ? "one is" : `${free} are`} free` : words;
}

function count(state, group) {
  return Object.values(state[group.id] || {}).reduce((sum, each) => sum + each.quantity, 0);
}

function fieldset(group, state) {
  const single = group.max === 1;
  const many = !single && group.min > 1; // two of the same may be wanted
  state[group.id] ||= {};
  const legend = element("legend", {}, `${group.title} `, element("span", { className: "quiet", textContent: hint(group) }));
  const box = element("fieldset", { className: "group" }, legend);
  const rows = [];
  const redraw = () => {
    for (const row of rows) row.below();
    for (const row of rows) row.limit();
    check();
  };
  if (single && !group.min) {
    const none = element("input", { type: "radio", name: `g${group.id}`, checked: true, onchange: () => { state[group.id] = {}; redraw(); } });
    box.append(element("label", {}, none, "No, thanks"));
  }
  for (const option of group.options) {
    const soldOut = gone.has(option.id);
    const input = element("input", many
      ? { type: "number", min: 0, max: option.max ?? group.max ?? 20, value: 0 }
      : { type: single ? "radio" : "checkbox", name: `g${group.id}` });
    input.disabled = soldOut;
    const cost = soldOut ? "sold out" : option.price ? `+ ${amount(option.price)}` : "";
    const label = element("label", { className: soldOut ? "gone" : "" }, input, option.title, element("span", { className: "cost", textContent: cost }));
    const nested = element("div");
    box.append(label, nested);
    const quantity = () => (many ? Math.max(0, Math.floor(Number(input.value) || 0)) : input.checked ? 1 : 0);
    input.onchange = input.oninput = () => {
      if (single) state[group.id] = {};
      if (quantity()) state[group.id][option.id] = { quantity: quantity(), below: state[group.id][option.id]?.below ?? {} };
      else delete state[group.id][option.id];
      redraw();
    };
    rows.push({
      below() {
        const taken = state[group.id][option.id];
        if (!taken) nested.replaceChildren();
        else if (!nested.hasChildNodes()) {
          taken.below = {};
          nested.append(...option.groups.map((inner) => fieldset(inner, taken.below)));
        }
      },
      limit() {
        if (!single && !many) input.disabled = soldOut || (!input.checked && group.max !== null && count(state, group) >= group.max);
      },
    });
  }
  box.check = () => {
    const taken = count(state, group);
    const met = taken >= group.min && (group.max === null || taken <= group.max);
    box.classList.toggle("unmet", !met);
    return met;
  };
  return box;
}

function optionsCost(groups, state) {
  let sum = 0;
  for (const group of groups) {
    let free = group.free;
    for (const option of group.options) {
      const taken = state[group.id]?.[option.id];
      if (!taken) continue;
      const paid = Math.max(taken.quantity - free, 0);
      free -= taken.quantity - paid;
      sum += option.price * paid + taken.quantity * optionsCost(option.groups, taken.below);
    }
  }
  return sum;
}

function check() {
  const groups = [...find("dialog-groups").querySelectorAll("fieldset")];
  const met = groups.map((group) => group.check()).every(Boolean);
  const quantity = Math.floor(Number(find("dialog-quantity").value));
  const each = chosen.item.price + optionsCost(chosen.item.groups, chosen.state);
  find("dialog-add").disabled = !met || !(quantity >= 1);
  find("dialog-add").textContent = quantity >= 1 ? `Add for ${amount(each * quantity)}` : "Add";
}

function choicesOf(groups, state) {
  return groups.flatMap((group) => group.options.flatMap((option) => {
    const taken = state[group.id]?.[option.id];
    if (!taken) return [];
    return [{ group_id: group.id, option_id: option.id, quantity: taken.quantity, choices: choicesOf(option.groups, taken.below) }];
  }));
}

function add(item, choices, quantity) {
  const same = basket.find((line) => line.item_id === item.id && JSON.stringify(line.choices) === JSON.stringify(choices)
    && !line.for_person && !line.note);
  if (same) same.quantity += quantity;
  else basket.push({ item_id: item.id, quantity, choices });
  keep();
}

for (const button of page.querySelectorAll("[data-add]")) {
  button.addEventListener("click", () => {
    const item = menu.items[button.dataset.add];
    if (item.groups.length === 0) return add(item, [], 1);
    chosen = { item, state: {} };
    find("dialog-title").textContent = item.title;
    find("dialog-description").textContent = item.description || "";
    find("dialog-quantity").value = 1;
    find("dialog-groups").replaceChildren(...item.groups.map((group) => fieldset(group, chosen.state)));
    check();
    dialog.showModal();
  });
}
find("dialog-close").addEventListener("click", () => dialog.close());
find("dialog-quantity").addEventListener("input", check);
dialog.querySelector("form").addEventListener("submit", () => {
  add(chosen.item, choicesOf(chosen.item.groups, chosen.state), Math.floor(Number(find("dialog-quantity").value)));
});

draw();
