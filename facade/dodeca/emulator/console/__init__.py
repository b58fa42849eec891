"""The emulator's own pages: the front page, the ledger and thumbnails."""
