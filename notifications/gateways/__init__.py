"""The ways out of the house. A gateway raises; what follows from that is decided by the services."""
