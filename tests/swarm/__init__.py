"""Proofs of the rules on a private Swarm engine."""
