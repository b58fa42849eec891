"""What operations share: limits, lists in pages, filters, custom fields, URLs."""
