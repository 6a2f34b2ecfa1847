"""Real processes that die, freeze and meet a far side full of faults: `python -m bench.chaos`."""
