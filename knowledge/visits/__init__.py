"""Visits to sources: asked for, carried out, compared with what is there, and recorded."""
