export default {
  title: "Viewer",
  back: "Back to the study",
  frame: "Image viewer",
};
