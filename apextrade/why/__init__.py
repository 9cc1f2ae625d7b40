"""Pictures of what a run decided on one bar: rules clause by clause, failing tests with the bars around them."""
