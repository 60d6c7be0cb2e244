"""Comparing: plan.py crosses the axes, crew.py and cluster.py run the folds, tally.py and statistics.py sum
up, report.py and charts.py show it; comparison.py is the way through."""
