"""What an operator's programs ask: is it alive, is it ready, how is it doing?"""
