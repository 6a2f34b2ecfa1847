"""What the HTTP door is made of: who knocks, what is told and asked, and what is answered."""
