"""What the emulator shows of itself: the front page, the access log, the ledger."""
