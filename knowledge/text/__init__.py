"""Text as documents have it: its blocks, headings and passages. Pure."""
