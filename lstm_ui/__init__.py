"""What several pages share on screen: page frame and menu, session state, controls, charts. The pages build on it."""
