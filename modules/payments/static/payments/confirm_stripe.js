// Has the owner of a card confirm a payment in Stripe's library (https://docs.stripe.com/js/payment_intents/handle_next_action),
// and goes back to where we ask Stripe what came of it.
"use strict";

const page = document.querySelector("[data-secret]");
const trouble = page.querySelector("[data-trouble]");
const again = page.querySelector("[data-again]");

function complain(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = again.hidden = false;
  again.focus();
}

async function confirm() {
  trouble.hidden = again.hidden = true;
  let error;
  try {
    ({ error } = await Stripe(page.dataset.key).handleNextAction({ clientSecret: page.dataset.secret }));
  } catch {
    return complain("Your bank's question cannot be shown just now. Please try again in a moment.");
  }
  // What was refused is an answer too; only what was never answered is asked again.
  const answered = !error || (error.payment_intent && error.payment_intent.status !== "requires_action");
  if (!answered) return complain(error.message || "This did not work. Please try again.");
  location.replace(page.dataset.back);
}

again.form.addEventListener("submit", (event) => {
  event.preventDefault();
  confirm();
});
confirm();
