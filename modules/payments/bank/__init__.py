"""What goes to the bank and comes from it: accounts, and files by ISO 20022."""
