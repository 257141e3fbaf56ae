// The component in which Stripe takes a card (https://docs.stripe.com/js): a frame of Stripe's, so that the number goes to
// Stripe and nowhere else. Each component offers the same: mount, focus, make (a card for once), keep (one for good).
"use strict";

window.cardComponent = (key) => {
  const stripe = Stripe(key);
  const card = stripe.elements().create("card");
  return {
    mount(place, complain) {
      card.mount(place);
      card.on("change", (event) => complain(event?.error?.message ?? ""));
    },
    focus() {
      card.focus?.();
    },
    async make() {
      const { error, paymentMethod } = await stripe.createPaymentMethod({ type: "card", card });
      return { refusal: error?.message, method: paymentMethod?.id };
    },
    async keep(secret) {
      const { error } = await stripe.confirmCardSetup(secret, { payment_method: { card } });
      return { refusal: error?.message };
    },
  };
};
