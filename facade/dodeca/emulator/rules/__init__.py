"""Rules that operations share: limits, pages, filters, quotas, custom fields, URLs."""
