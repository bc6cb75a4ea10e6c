/** Of the room that a report has, not of the window: beside the images it is narrow. */
export const WIDTHS = { xs: "18rem", sm: "30rem", md: "40rem", lg: "52rem", xl: "64rem" };
