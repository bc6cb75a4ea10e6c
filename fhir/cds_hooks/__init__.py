"""Decision support by CDS Hooks 2.0: services, rules, cards, feedback, who may ask."""
