"""Films: what can be chosen, from script to scenes to timeline, what models are asked, and what it all costs. Pure."""
