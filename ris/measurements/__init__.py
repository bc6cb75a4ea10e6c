"""What persons measured in a study, and in the patient's earlier ones."""
