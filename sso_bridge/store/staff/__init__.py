"""The staff register: people, units and what HR sent."""
