### A full disk

disk-low = My disk is nearly full, so I take no new files and films for now. Please try again in a while.
disk-waiting = ⏳ My disk is nearly full: your order waits until there is room again. Nothing is charged meanwhile.
disk-low-admin = ⚠️ Only { $free } GB are free on my disk, less than { $least } GB (media.min_free_gb). Orders wait, and files are refused, until there is more. Old results are already removed; make room, or lower media.max_gb.
disk-fine-admin = ✅ There is room on my disk again ({ $free } GB). I take orders as usual.
