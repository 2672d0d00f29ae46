"""Rules: their files, their conditions, and the loop that checks facts against them."""
