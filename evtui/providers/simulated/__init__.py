"""A believable launch made from (seed, clock, scenario): one world that answers every topic and look-up alike."""
