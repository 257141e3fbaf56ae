"""What `events` measures with: an aggregate of `orders` that counts, and a batch handler of `payments` that
writes one row for each event. An app of its own, which only the benchmark's settings know."""
