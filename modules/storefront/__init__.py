"""The storefront: plain pages on which people find food, cook it and carry it. It owns no data; everything it
shows and does goes through the other modules' published interfaces."""
