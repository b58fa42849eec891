"""What is measured against the vendor's package and plain libraries, as ratios in one run."""
