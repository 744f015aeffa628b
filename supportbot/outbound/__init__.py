"""Requests to addresses that people name: to checked addresses only, and with an end."""
