"""Who people are: accounts, what they may do, and the personal data that can be forgotten."""
