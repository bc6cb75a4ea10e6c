"""Attacks on the gateway, as data: what is sent, and as whom. ``table.attacks`` is all of them."""
