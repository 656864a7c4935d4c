// English: how people sign in.

export const signin = {
  "list.methodsPolicy": "Sign-in methods",
  "list.strengths": "Authentication strengths",
  "list.riskyUsers": "People at risk",
  "list.riskDetections": "Risk detections",
  "list.tokenLifetimePolicies": "Token lifetimes",
  "list.claimsMappingPolicies": "Claims mappings",
  "about.strengths": "Which combinations of methods are strong enough for what.",
  "about.riskyUsers": "People whose account somebody else may be using.",
  "about.riskDetections": "What made an account or a sign-in look risky.",
  "about.tokenLifetimePolicies": "How long access tokens of chosen applications are good for.",
  "about.claimsMappingPolicies": "What tokens of chosen applications say besides.",
};
