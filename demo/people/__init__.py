"""The shop's people: what they tell about themselves, and the newsletter."""
