"""The second door, for tests and people: see what arrived, order a failure, act as the contact."""
