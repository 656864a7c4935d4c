// English: packages, roles for a time, workflows.

export const governance = {
  "list.accessPackages": "Access packages",
  "list.assignmentRequests": "Requests",
  "list.assignments": "Package assignments",
  "list.assignmentPolicies": "Assignment policies",
  "list.catalogs": "Catalogs",
  "list.eligibilities": "Eligible for roles",
  "list.activations": "Roles in force",
  "list.workflows": "Lifecycle workflows",
  "list.agreements": "Terms of use",
  "about.accessPackages": "Bundles of access that people ask for, somebody approves, and that end by themselves.",
  "about.assignmentRequests": "Who asked for which package, and what became of it.",
  "about.assignments": "Who has which package, until when.",
  "about.assignmentPolicies": "Who may ask for a package, who approves, and for how long.",
  "about.catalogs": "What packages are made from, and who looks after it.",
  "about.eligibilities": "Who may activate which role when they need it.",
  "about.activations": "Who holds which role now, for ever or for a while.",
  "about.workflows": "What happens by itself when people join, move and leave.",
  "about.agreements": "Texts that people must accept before they get in.",
};
