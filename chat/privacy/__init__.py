"""What a customer has a right to: a copy of all that is kept about them, and that it is erased."""
