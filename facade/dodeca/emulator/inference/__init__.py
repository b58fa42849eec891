"""What measurements mean: vectors, and sentences made from facts."""
