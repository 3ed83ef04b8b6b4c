"""Published datasets: their download, checked and in place whole or not at all."""
