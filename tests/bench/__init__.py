"""`make bench`: the cockpit measured from outside, in a terminal played to it, in turns with its peers. Linux only."""
