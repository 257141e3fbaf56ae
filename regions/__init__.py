"""The jurisdictions that come with the platform: one folder each, data first (see docs/how-to/add-a-region.md)."""
